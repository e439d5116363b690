package broker_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/intermodal-io/intermodal/broker"
)

func ExampleStart() {
	ctx := context.Background()
	b, err := broker.Start(ctx, broker.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer b.Shutdown(ctx)

	nc, err := nats.Connect(b.URL())
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	sub, err := nc.SubscribeSync("orders.*")
	if err != nil {
		log.Fatal(err)
	}
	if err := nc.Publish("orders.created", []byte("42")); err != nil {
		log.Fatal(err)
	}
	m, err := sub.NextMsg(time.Second)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", m.Subject, m.Data)
	// Output: orders.created: 42
}

func ExampleBroker_Connect() {
	ctx := context.Background()
	b, err := broker.Start(ctx, broker.Options{NoStreams: true, Token: "secret"})
	if err != nil {
		log.Fatal(err)
	}
	defer b.Shutdown(ctx)

	nc, err := b.Connect() // no socket, and the broker's own token
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	fmt.Println(nc.IsConnected())
	// Output: true
}

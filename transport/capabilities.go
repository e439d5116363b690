package transport

import "time"

// Guarantee is how often a message that was accepted reaches a subscriber.
type Guarantee uint8

const (
	AtMostOnce  Guarantee = iota // may be lost, which is reported; never doubled
	AtLeastOnce                  // through Durable consumers: until it is acknowledged
)

func (g Guarantee) String() string {
	if g == AtLeastOnce {
		return "at least once"
	}
	return "at most once"
}

// Acceptance is what a nil error from Publish means.
type Acceptance uint8

const (
	Queued    Acceptance = iota // in a buffer of this process
	Delivered                   // in the buffer of every matching subscription
)

func (a Acceptance) String() string {
	if a == Delivered {
		return "delivered"
	}
	return "queued"
}

// Capabilities declares what a carrier does beyond what all of them do. What is
// not declared is refused with an [ErrUnsupported].
type Capabilities struct {
	Carrier        string        `json:"carrier"`
	Guarantee      Guarantee     `json:"guarantee"`
	Publish        Acceptance    `json:"publish"`
	MaxMessage     int           `json:"max_message"`       // largest Message.Size, bytes
	InterestDelay  time.Duration `json:"interest_delay_ns"` // until the other nodes of a cluster know an interest; 0: one node
	Block          bool          `json:"block"`             // Overflow policy
	DropOldest     bool          `json:"drop_oldest"`       // Overflow policy
	Fail           bool          `json:"fail"`              // Overflow policy
	Durable        bool          `json:"durable"`           // implements Durable: streams, stored publishes, consumers with Ack
	Replay         bool          `json:"replay"`            // consumers start from any sequence or time
	Dedup          bool          `json:"dedup"`             // stored publishes with a known ID are not stored again
	Nak            bool          `json:"nak"`               // Nak, at once and delayed, and Extend
	Term           bool          `json:"term"`              // Term
	Persistent     bool          `json:"persistent"`        // what is stored survives the end of the process
	Reconnect      bool          `json:"reconnect"`         // connections are restored, and subscriptions with them
	CrossProcess   bool          `json:"cross_process"`     // reaches other processes
	BatchPublisher bool          `json:"batch_publisher"`   // implements BatchPublisher
}

// Capability names one field of Capabilities that a program may [Require].
type Capability uint8

const (
	CanBlock Capability = iota
	CanDropOldest
	CanFail
	CanStore
	CanReplay
	CanDedup
	CanNak
	CanTerm
	CanPersist
	CanReconnect
	CanCrossProcess
	CanBatch
)

// capability pairs the name of a Capability with its field.
func (c *Capabilities) capability(k Capability) (name string, has bool) {
	switch k {
	case CanBlock:
		return "overflow policy Block", c.Block
	case CanDropOldest:
		return "overflow policy DropOldest", c.DropOldest
	case CanFail:
		return "overflow policy Fail", c.Fail
	case CanStore:
		return "durable streams", c.Durable
	case CanReplay:
		return "replay", c.Replay
	case CanDedup:
		return "deduplication", c.Dedup
	case CanNak:
		return "nak and delayed redelivery", c.Nak
	case CanTerm:
		return "term", c.Term
	case CanPersist:
		return "surviving the process", c.Persistent
	case CanReconnect:
		return "reconnect", c.Reconnect
	case CanCrossProcess:
		return "reaching other processes", c.CrossProcess
	case CanBatch:
		return "batch publishing", c.BatchPublisher
	}
	return "unknown capability", false
}

func (k Capability) String() string {
	var none Capabilities
	name, _ := none.capability(k)
	return name
}

// AllCapabilities lists every Capability.
func AllCapabilities() []Capability {
	all := make([]Capability, 0, CanBatch+1)
	for k := range CanBatch + 1 {
		all = append(all, k)
	}
	return all
}

// Has reports whether c declares k.
func (c *Capabilities) Has(k Capability) bool {
	_, has := c.capability(k)
	return has
}

// Require returns nil when t declares all of needs, and otherwise a
// *CapabilityError that lists all that is missing. Call it at start, so that a
// carrier that cannot do the work is found out before there is any.
func Require(t Transport, needs ...Capability) error {
	c := t.Capabilities()
	var missing []Capability
	for _, k := range needs {
		if !c.Has(k) {
			missing = append(missing, k)
		}
	}
	if missing == nil {
		return nil
	}
	return &CapabilityError{Carrier: c.Carrier, Missing: missing}
}

# Opens the container on stdin with msgpack for Ruby, checks what is in it, and
# seals the same data again.
require "msgpack"

$stdin.binmode
$stdout.binmode
doc = MessagePack.unpack($stdin.read)
values = doc["values"]
raise doc.inspect unless doc["header"]["message_type"] == "order.created" &&
  values["id"] == 123456789 && values["blob"] == ("\0" * 256).b &&
  values["customer"]["values"]["name"] == "Ada" && values["scores"] == (1..8).to_a
$stdout.write(MessagePack.pack(doc))

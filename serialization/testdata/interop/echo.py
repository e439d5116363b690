# Opens the container on stdin with msgpack for Python, prints what was asked
# for, and seals the same data again.
import sys
import msgpack

doc = msgpack.unpackb(sys.stdin.buffer.read())
assert doc["header"]["message_type"] == "order.created", doc
assert doc["values"]["id"] == 123456789, doc
assert doc["values"]["blob"] == bytes(256), doc
assert doc["values"]["customer"]["values"]["name"] == "Ada", doc
assert doc["values"]["scores"] == [1, 2, 3, 4, 5, 6, 7, 8], doc
sys.stdout.buffer.write(msgpack.packb(doc))

/* Opens the container on stdin with msgpack-c, checks its shape, and seals the
 * same data again. */
#include <msgpack.h>
#include <stdio.h>

static int named(const msgpack_object *o, const char *name) {
  return o->type == MSGPACK_OBJECT_STR && o->via.str.size == strlen(name) &&
         memcmp(o->via.str.ptr, name, o->via.str.size) == 0;
}

int main(void) {
  static char in[1 << 20];
  size_t n = fread(in, 1, sizeof in, stdin);
  msgpack_unpacked doc;
  msgpack_unpacked_init(&doc);
  if (msgpack_unpack_next(&doc, in, n, NULL) != MSGPACK_UNPACK_SUCCESS) return 1;
  const msgpack_object *o = &doc.data;
  if (o->type != MSGPACK_OBJECT_MAP || o->via.map.size != 2) return 2;
  const msgpack_object_kv *kv = o->via.map.ptr;
  if (!named(&kv[0].key, "header") || !named(&kv[1].key, "values")) return 3;
  const msgpack_object *values = &kv[1].val;
  if (values->type != MSGPACK_OBJECT_MAP || values->via.map.size != 10) return 4;
  if (!named(&values->via.map.ptr[0].key, "id") || values->via.map.ptr[0].val.via.u64 != 123456789) return 5;
  msgpack_sbuffer out;
  msgpack_sbuffer_init(&out);
  msgpack_packer pk;
  msgpack_packer_init(&pk, &out, msgpack_sbuffer_write);
  if (msgpack_pack_object(&pk, *o) != 0) return 6;
  fwrite(out.data, 1, out.size, stdout);
  return 0;
}

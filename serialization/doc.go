// Package serialization seals typed, named values into bytes that any
// MessagePack library can open, and opens what others have sealed.
//
// A [Container] has a header (source, target, message type, version) and
// ordered, named [Value]s of sixteen kinds. [Container.AppendMsgpack] writes
// the canonical form, [Parse] reads it. The canonical form is MessagePack:
//
//	{"header": {target_id, target_sub_id, source_id, source_sub_id,
//	            message_type, version},
//	 "values": {name: native value, ...}}
//
// Every number is written in the MessagePack format of its kind's width, so a
// kind survives the round trip; any width is read. MessagePack has one signed
// and one unsigned format of 32 bits: [KindLong] and [KindUlong], which exist
// for the codes 6 and 7 of older formats, come back as [KindInt32] and
// [KindUint32], the same bits and the same getters. [Kind.Canonical] names the
// kind that comes back. A name may occur more than once; all occurrences are
// kept in order here, while a reader that builds a map keeps the last one.
//
// Decoding is bounded by [Limits] and never trusts a declared length: hostile
// bytes cost an error, not memory.
package serialization

package db

import (
	"encoding/binary"

	"github.com/jackc/pgx/v5/pgtype"
)

// lists encodes the two kinds of list parameters in one go, see array_recv in
// PostgreSQL's arrayfuncs.c. pgx's own codec asks for a plan for every element.
type lists struct{ pgtype.Codec }

// registerLists makes a connection encode lists that way.
func registerLists(m *pgtype.Map) {
	for _, oid := range []uint32{pgtype.Int8ArrayOID, pgtype.TextArrayOID} {
		if t, ok := m.TypeForOID(oid); ok {
			m.RegisterType(&pgtype.Type{Name: t.Name, OID: oid, Codec: lists{t.Codec}})
		}
	}
}

func (c lists) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case []int64:
			if oid == pgtype.Int8ArrayOID {
				return encodeInts{}
			}
		case []string:
			if oid == pgtype.TextArrayOID {
				return encodeTexts{}
			}
		}
	}
	return c.Codec.PlanEncode(m, oid, format, value)
}

type encodeInts struct{}

func (encodeInts) Encode(value any, buf []byte) ([]byte, error) {
	list := value.([]int64)
	buf = arrayHead(buf, len(list), pgtype.Int8OID)
	for _, v := range list {
		buf = binary.BigEndian.AppendUint32(buf, 8)
		buf = binary.BigEndian.AppendUint64(buf, uint64(v))
	}
	return buf, nil
}

type encodeTexts struct{}

func (encodeTexts) Encode(value any, buf []byte) ([]byte, error) {
	list := value.([]string)
	buf = arrayHead(buf, len(list), pgtype.TextOID)
	for _, v := range list {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(v)))
		buf = append(buf, v...)
	}
	return buf, nil
}

// arrayHead writes dimensions, nulls, the elements' type, length and lower bound.
func arrayHead(buf []byte, n int, element uint32) []byte {
	dimensions := uint32(1)
	if n == 0 {
		dimensions = 0
	}
	buf = binary.BigEndian.AppendUint32(buf, dimensions)
	buf = binary.BigEndian.AppendUint32(buf, 0)
	buf = binary.BigEndian.AppendUint32(buf, element)
	if n > 0 {
		buf = binary.BigEndian.AppendUint32(buf, uint32(n))
		buf = binary.BigEndian.AppendUint32(buf, 1)
	}
	return buf
}

package export

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// An event file is a sequence of TFRecords, each a protobuf message tensorflow.Event:
//
//	uint64 length, uint32 masked crc of length, bytes, uint32 masked crc of bytes
//
// in little-endian order, where crc is CRC-32C and masked(c) = (c >>> 15 | c << 17) + 0xa282ead8.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// writeRecord writes one TFRecord.
func writeRecord(w io.Writer, message []byte) error {
	frame := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	frame = binary.LittleEndian.AppendUint32(frame, masked(frame))
	frame = append(frame, message...)
	frame = binary.LittleEndian.AppendUint32(frame, masked(message))
	_, err := w.Write(frame)
	return err
}

// Fields of the messages: event.proto, summary.proto, and tensorboard's
// plugins/hparams/plugin_data.proto.
const (
	eventWallTime, eventStep, eventVersion, eventSummary = 1, 2, 3, 5

	summaryValue                                     = 1
	valueTag, valueSimple, valueMetadata             = 1, 2, 9
	metadataPlugin, pluginName, pluginContent        = 1, 1, 2
	hparamsVersion, sessionStart, sessionEnd         = 1, 3, 4
	startHParams, startGroup, startTime              = 1, 4, 5
	endStatus, endTime                               = 1, 2
	valueNumber, valueString, valueBool              = 2, 3, 4 // of google.protobuf.Value
	statusSuccess, statusFailure              uint64 = 1, 2
)

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendText(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

// seconds is a time as event files have it.
func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }

// event is a message with a time and one other field.
func event(at time.Time, step int64, field protowire.Number, content []byte) []byte {
	b := appendDouble(nil, eventWallTime, seconds(at))
	if step != 0 {
		b = appendVarint(b, eventStep, uint64(step))
	}
	return appendBytes(b, field, content)
}

// scalar is a number under a tag. TensorBoard keeps single precision.
func scalar(tag string, v float64) []byte {
	value := appendText(nil, valueTag, tag)
	value = protowire.AppendFixed32(protowire.AppendTag(value, valueSimple, protowire.Fixed32Type), math.Float32bits(float32(v)))
	return appendBytes(nil, summaryValue, value)
}

// hparams is what the dashboard of hyperparameters reads under a tag.
func hparams(tag string, field protowire.Number, info []byte) []byte {
	content := appendBytes(appendVarint(nil, hparamsVersion, 0), field, info)
	plugin := appendBytes(appendText(nil, pluginName, "hparams"), pluginContent, content)
	value := appendText(nil, valueTag, tag)
	value = appendBytes(value, valueMetadata, appendBytes(nil, metadataPlugin, plugin))
	return appendBytes(nil, summaryValue, value)
}

//go:build unix

package drill

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"strings"
)

// csvOf makes a case of a class of tables; the samples are the columns x and y.
func csvOf(name, text string, truth ...float32) hostile {
	h := hostile{name: name, file: "table.csv", bytes: []byte(text), read: []string{"samples=[x, y]"}}
	if len(truth) > 0 {
		h.truth = truth
	}
	return h
}

func longCSV() []hostile {
	wide := make([]string, 80000)
	for i := range wide {
		wide[i] = fmt.Sprint("x", i)
	}
	many := strings.Join(wide, ",") + "\n" + strings.Repeat("1,", len(wide)-1) + "1\n"
	ones := make([]float32, len(wide))
	for i := range ones {
		ones[i] = 1
	}
	same := strings.Repeat("x,", 90000) + "x\n"
	quote := "x,y\n1,\"" + strings.Repeat("2\n", 30<<20)
	all := csvOf("80000 columns", many, ones...)
	all.read = []string{"samples=[x*]"}
	return []hostile{
		all,
		csvOf("90000 columns of one name", same+strings.Repeat("1,", 90000)+"1\n"),
		csvOf("a field of 60 MB", "x,y\n1,"+strings.Repeat("2", 60<<20)+"\n"),
		csvOf("a quote that nobody closes", quote),
		csvOf("a name of 60 MB", strings.Repeat("x", 60<<20)+",y\n1,2\n"),
		csvOf("60 MB of empty lines", "x,y\n"+strings.Repeat("\n", 60<<20)+"1,2\n"),
		csvOf("60 MB of separators", "x,y\n"+strings.Repeat(",", 60<<20)+"\n"),
		csvOf("60 MB of zeros", "x,y\n"+strings.Repeat("\x00", 60<<20)),
		csvOf("60 MB without an end of a line", strings.Repeat("a,", 30<<20)),
		csvOf("quotes in quotes", "x,y\n1,"+strings.Repeat(`"`, 8<<20)+"\n"),
	}
}

// valuesCSV: what pandas reads as text is no number here either.
func valuesCSV() []hostile {
	v := func(text string, truth ...float32) hostile {
		return csvOf(first(text), "x,y\n"+text+",2\n3,4\n", truth...)
	}
	return []hostile{
		v("nan"), v("-Infinity"), v("1e400"), v("0x10p0"), v("1_000"), v(`"1,5"`), v("１２"), // of full width
		v("=cmd|'/c calc'!A1"), v("1e-400", 0, 2, 3, 4), v("16777217.5", 16777218, 2, 3, 4),
	}
}

func structureCSV() []hostile {
	return []hostile{
		csvOf("a column twice", "x,x,y\n1,2,3\n"),
		csvOf("a row too long", "x,y\n1,2\n3,4,5\n"),
		csvOf("a row too short", "x,y\n1,2\n3\n"),
		csvOf("a cell without a number", "x,y\n1,2\n,4\n"),
		csvOf("the index of pandas", ",x,y\n0,1,2\n1,3,4\n", 1, 2, 3, 4),
		csvOf("three header rows", "scorer,n,n\nbodyparts,a,a\ncoords,x,y\n0,1,2\n"),
		csvOf("lines that end with CR", "x,y\r1,2\r3,4\r"),
		csvOf("lines that end with CR LF, quotes, a mark", "\ufeff\"x\",\"y\"\r\n\"1\",\"2\"\r\n3,4\r\n", 1, 2, 3, 4),
		csvOf("UTF-16", "\xff\xfex\x00,\x00y\x00\n\x001\x00,\x002\x00\n\x00"),
		csvOf("a separator for decimals", "x;y\n1,5;2\n2.5;3\n"),
	}
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// gzipBomb packs so many MB of zeros behind a head.
func gzipBomb(head string, megabytes int) []byte {
	b := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), zeros(head, megabytes)...)
	sum, block := crc32.ChecksumIEEE([]byte(head)), make([]byte, 1<<20)
	for range megabytes {
		sum = crc32.Update(sum, crc32.IEEETable, block)
	}
	return le.AppendUint32(le.AppendUint32(b, sum), uint32(len(head)+megabytes<<20))
}

func packedCSV() []hostile {
	const text = "x,y\n1,2\n3,4\n"
	good := gzipped(text)
	c := func(name string, b []byte, truth ...float32) hostile {
		h := csvOf(name, "", truth...)
		h.file, h.bytes = "table.csv.gz", b
		return h
	}
	damaged := func(at int) []byte { b := bytes.Clone(good); b[at] ^= 1; return b }
	return []hostile{
		c("2 GiB of zeros in 2 MB", gzipBomb("x,y\n1,2\n", 2048)),
		c("cut off", good[:len(good)-9]),
		c("a checksum that is wrong", damaged(len(good)-8)),
		c("a size that is wrong", damaged(len(good)-1)),
		c("two in one", append(gzipped("x,y\n1,2\n"), gzipped("3,4\n")...), 1, 2, 3, 4),
		c("more behind its end", append(bytes.Clone(good), "#!/bin/sh"...)),
		c("packed twice", gzipped(string(good))),
		c("not packed", []byte(text)),
		c("a name that leads away", append([]byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff../../etc/passwd\x00"), good[10:]...), 1, 2, 3, 4),
		c("empty", nil),
	}
}

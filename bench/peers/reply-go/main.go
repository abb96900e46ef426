// How fast Go's net/textproto parses the replies of a file: reply-go FILE. See bench/reply.sh.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"time"
)

var sum int

func parse(data []byte) int {
	reader := textproto.NewReader(bufio.NewReaderSize(bytes.NewReader(data), 65536))
	count := 0
	for {
		code, message, err := reader.ReadResponse(0)
		if err == io.EOF {
			return count
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		sum += code + len(message)
		count++
	}
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	count := parse(data)
	fastest := 1e9
	for begin := time.Now(); time.Since(begin) < 250*time.Millisecond; {
		start := time.Now()
		parse(data)
		if seconds := time.Since(start).Seconds(); seconds < fastest {
			fastest = seconds
		}
	}
	fmt.Printf("%.1f %.0f %d\n", float64(len(data))/fastest/1e6, float64(count)/fastest, count)
}

// The Go experiment that scratchmachine is measured beside, made again: a program that is PID 1 and everything else.
// It mounts what it needs, loads the network card's driver, gives the card a fixed address and serves one page.
//
// As an ordinary process it only serves, so that its net/http can be measured on a machine of ours:
//
//	experiment ADDRESS
package main

import (
	"fmt"
	"net/http"
	"os"
	"syscall"
	"unsafe"
)

const (
	driver  = "/e1000.ko"
	card    = "eth0"
	address = ":80"

	// x86-64's number, which the package syscall is too old to know
	sysFinitModule = 313
)

func main() {
	where := address
	if os.Getpid() == 1 {
		setUp()
	} else if len(os.Args) == 2 {
		where = os.Args[1]
	} else {
		fail("arguments", fmt.Errorf("experiment ADDRESS, such as :80"))
	}
	http.HandleFunc("/{$}", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "Hello from Scratch Machine!")
	})
	// for whoever measures
	http.HandleFunc("/meminfo", func(answer http.ResponseWriter, _ *http.Request) {
		text, err := os.ReadFile("/proc/meminfo")
		if err != nil {
			http.Error(answer, err.Error(), http.StatusInternalServerError)
			return
		}
		answer.Write(text)
	})
	fail("serve", http.ListenAndServe(where, nil))
}

// As PID 1 it must not end: the kernel would panic, which says at least what was wrong.
func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "experiment: %s: %v\n", what, err)
	os.Exit(1)
}

func setUp() {
	fmt.Println("experiment: Hello World!")
	for _, mount := range []struct{ kind, place string }{
		{"proc", "/proc"},
		{"sysfs", "/sys"},
		{"devtmpfs", "/dev"},
	} {
		if err := syscall.Mount(mount.kind, mount.place, mount.kind, 0, ""); err != nil {
			fail("mount "+mount.place, err)
		}
	}
	if err := loadModule(driver); err != nil {
		fail("load "+driver, err)
	}
	fmt.Println("experiment: driver loaded")
	if err := configure(card, [4]byte{10, 0, 2, 15}, [4]byte{255, 255, 255, 0}); err != nil {
		fail("configure "+card, err)
	}
	fmt.Println("experiment: Ethernet configured")
}

func loadModule(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var parameters [1]byte
	_, _, errno := syscall.Syscall(sysFinitModule, file.Fd(), uintptr(unsafe.Pointer(&parameters)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// Linux' struct ifreq with an address, or with flags, in its union.
type addressRequest struct {
	name    [syscall.IFNAMSIZ]byte
	family  uint16
	port    uint16
	address [4]byte
	_       [16]byte
}

type flagsRequest struct {
	name  [syscall.IFNAMSIZ]byte
	flags uint16
	_     [22]byte
}

func configure(card string, address, netmask [4]byte) error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	request := func(number uintptr, argument unsafe.Pointer) error {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), number, uintptr(argument)); errno != 0 {
			return errno
		}
		return nil
	}

	withAddress := addressRequest{family: syscall.AF_INET, address: address}
	copy(withAddress.name[:], card)
	if err := request(syscall.SIOCSIFADDR, unsafe.Pointer(&withAddress)); err != nil {
		return err
	}
	withAddress.address = netmask
	if err := request(syscall.SIOCSIFNETMASK, unsafe.Pointer(&withAddress)); err != nil {
		return err
	}
	withFlags := flagsRequest{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(withFlags.name[:], card)
	return request(syscall.SIOCSIFFLAGS, unsafe.Pointer(&withFlags))
}

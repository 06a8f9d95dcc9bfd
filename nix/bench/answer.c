// The least that is a program: it greets whoever connects to port 80, one after the other, with the kernel alone
// and no C library. What an image with it weighs is what the image weighs.
#include <asm/unistd_64.h>
#include <linux/in.h>
#include <linux/socket.h>

static long call(long number, long a, long b, long c, long d, long e) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = 0;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static void say(const char *line, unsigned long length) {
  call(__NR_write, 1, (long)line, length, 0, 0);
}

static void end(int status) {
  for (;;)
    call(__NR_exit_group, status, 0, 0, 0, 0);
}

#define SAY(line) say(line "\n", sizeof line)

static const char greeting[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
                               "Hello from Scratch Machine!\n";

// AF_INET, SOCK_STREAM and the like, which the kernel's headers for programs have not
enum { INET = 2, STREAM = 1, ALL_AT_ONCE = 128, NO_SIGNAL = 0x4000, WRITING = 1 };

__attribute__((noreturn, force_align_arg_pointer)) void _start(void) {
  static char request[4096];
  struct sockaddr_in any = {.sin_family = INET, .sin_port = 80 << 8};
  long listener = call(__NR_socket, INET, STREAM, 0, 0, 0);
  if (listener < 0 || call(__NR_bind, listener, (long)&any, sizeof any, 0, 0) < 0 ||
      call(__NR_listen, listener, ALL_AT_ONCE, 0, 0, 0) < 0) {
    SAY("can't listen on port 80: does something else?");
    end(1);
  }
  SAY("listening on port 80");
  for (;;) {
    long client = call(__NR_accept, listener, 0, 0, 0, 0);
    if (client < 0)
      continue;
    call(__NR_read, client, (long)request, sizeof request, 0, 0);
    call(__NR_sendto, client, (long)greeting, sizeof greeting - 1, NO_SIGNAL, 0);
    call(__NR_shutdown, client, WRITING, 0, 0, 0);
    call(__NR_close, client, 0, 0, 0, 0);
  }
}

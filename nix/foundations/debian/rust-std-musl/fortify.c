/* Debian's libunwind is compiled for glibc, and asks for two functions that musl lacks: printf's with checks. */
#include <stdarg.h>
#include <stdio.h>

int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list arguments) {
  return vfprintf(stream, format, arguments);
}

int __vsnprintf_chk(char *string, size_t length, int flag, size_t size, const char *format, va_list arguments) {
  return vsnprintf(string, length, format, arguments);
}

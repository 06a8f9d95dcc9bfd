# The least that is a program: the executable's path.
{ runCommandCC }:
runCommandCC "answer" { } ''
  mkdir -p $out/bin
  gcc -Wall -Wextra -Werror -Os -s -nostdlib -ffreestanding -fno-stack-protector -static-pie -fPIE \
    -Wl,-z,relro,-z,now,-z,noexecstack,--build-id=none -o $out/bin/answer ${./answer.c}
''
+ "/bin/answer"

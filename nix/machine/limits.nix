# What the kernel takes of what mkMachine hands it, which otherwise a boot would find out: true, or it fails with the
# figures.
{
  # the failure with a message
  fail,
}:
let
  size = builtins.stringLength;
  sum = builtins.foldl' builtins.add 0;

  # execve(2): an argument may have 32 pages, and all of them, with a pointer to each, a quarter of the stack, which
  # init's limit lets grow to 8 MiB. Each ends in a zero.
  mostOfAnArgument = 131072 - 1;
  mostOfArguments = 2097152;
  besideAnArgument = 1 + 8;

  # COMMAND_LINE_SIZE of x86 (Documentation/arch/x86/boot.rst), without the zero at its end and what is built into the
  # kernel, which puts it and a space before what it is given
  mostOfCommandLine = builtIn: 2047 - size builtIn - 1;
  # INIT_ENV_ARG_LIMIT: words that the kernel does not know become environment and arguments of init, and it panics where
  # there are more than 33 of either. HOME, TERM and the boot loader's BOOT_IMAGE are among the one, init's name among
  # the other.
  mostPairs = 33 - 3;
  mostWords = 33 - 1;
in
{
  # `path` is the executable, `given` what follows the name
  arguments =
    {
      name,
      path,
      given,
    }:
    let
      tooLong = builtins.filter (it: size it > mostOfAnArgument) given;
      all = size path + 1 + sum (map (it: size it + besideAnArgument) ([ name ] ++ given));
    in
    if tooLong != [ ] then
      fail "an argument of the program '${name}' has ${toString (size (builtins.head tooLong))} bytes, and Linux takes at most ${toString mostOfAnArgument}: give it a shorter one"
    else if all > mostOfArguments then
      fail "the arguments of the program '${name}' come to ${toString all} bytes, each with ${toString besideAnArgument} more than it has, and Linux takes at most ${toString mostOfArguments}: give it fewer"
    else
      true;

  # `line` is the whole, but for the `added` bytes that whoever starts the kernel puts around it; `given` are those of its
  # words that the kernel may not know.
  commandLine =
    {
      builtIn,
      added,
      line,
      given,
    }:
    let
      most = mostOfCommandLine builtIn - added;
      matching = pattern: builtins.filter (word: builtins.match pattern word != null) given;
      # a word with a dot in its key is a module's
      pairs = builtins.length (matching "[^=.]*=.*");
      words = builtins.length (matching "[^=.]*");
    in
    if size line > most then
      fail "the kernel's command line has ${toString (size line)} bytes, and at most ${toString most} fit: give fewer kernelParams, or moduleParameters where they are on it"
    else if pairs > mostPairs then
      fail "kernelParams has ${toString pairs} words KEY=VALUE, and the kernel panics at more than ${toString mostPairs} that it does not know: give fewer"
    else if words > mostWords then
      fail "kernelParams has ${toString words} words without a value, and the kernel panics at more than ${toString mostWords} that it does not know: give fewer"
    else
      true;
}

# mkMachine: the assembly line from a static program to a machine that boots.
#
#   mkMachine {
#     program = "${web}/bin/web";              # a static executable for x86_64 Linux
#     args = [ "--root" "/" ];                 # its arguments
#     name = "web";                            # of the image and the runner
#     modules = [ "e1000" ];                   # drivers in the image, by module name
#     ip = "10.0.2.15:::255.255.255.0";        # the kernel's own ip= syntax
#     kernelParams = [ "quiet" ];              # more words for the kernel's command line
#   }
#   ⇒ { init, kernel, modules, program, initrd, iso, vm }: derivations, fit to be a flake's `packages`
{
  pkgs,
  init,
  kernel,
}:
let
  inherit (pkgs) lib;

  executable = import ./executable.nix { inherit pkgs; };

  # What each argument is where it is not given, what it must be in words, and the test for that.
  arguments = {
    program = {
      wanted = "the path of a static executable, such as \"\${hello}/bin/hello\"";
      test = value: lib.isString value || builtins.isPath value || lib.isAttrs value && value ? outPath;
    };
    args = {
      default = [ ];
      wanted = "a list of strings without line breaks";
      test = value: lib.isList value && lib.all isLine value;
    };
    name = {
      default = "scratchmachine";
      wanted = "letters, digits, '-' and '_', as the name of the image file";
      test = value: lib.isString value && builtins.match "[A-Za-z0-9][A-Za-z0-9_-]*" value != null;
    };
    modules = {
      default = [ "e1000" ];
      wanted = "a list of kernel modules by name, such as [ \"e1000\" ]";
      test =
        value:
        lib.isList value
        && lib.all (name: lib.isString name && builtins.match "[A-Za-z0-9_-]+" name != null) value;
    };
    ip = {
      # what QEMU's user network gives to its first guest
      default = "10.0.2.15:::255.255.255.0::eth0:off";
      wanted = "a word in the kernel's ip= syntax, such as \"10.0.2.15:::255.255.255.0\"";
      test = isWord;
    };
    kernelParams = {
      default = [ ];
      wanted = "a list of words for the kernel's command line";
      test = value: lib.isList value && lib.all isWord value;
    };
  };
  isLine = value: lib.isString value && builtins.match "[^\n]*" value != null;
  isWord = value: isLine value && builtins.match "[^ \t\"]+|[^ \t\"]*\"[^\"]*\"" value != null;

  fail = message: throw "mkMachine: ${message}";
  checked =
    given:
    let
      unknown = lib.subtractLists (lib.attrNames arguments) (lib.attrNames given);
      value =
        name: argument:
        let
          it =
            given.${name} or argument.default
              or (fail "the argument '${name}' is missing: give ${argument.wanted}");
        in
        if argument.test it then it else fail "the argument '${name}' must be ${argument.wanted}";
    in
    if !lib.isAttrs given then
      fail "its argument must be an attribute set: mkMachine { program = …; }"
    else if unknown != [ ] then
      fail "unknown argument '${lib.concatStringsSep "', '" unknown}': it takes ${lib.concatStringsSep ", " (lib.attrNames arguments)}"
    else
      lib.mapAttrs value arguments;

  assemble =
    {
      program,
      args,
      name,
      modules,
      ip,
      kernelParams,
    }:
    let
      settings = [ "ip=${ip}" ];
      commandLine = lib.concatStringsSep " " (
        [
          "console=tty0"
          "console=ttyS0,115200"
        ]
        ++ settings
        ++ kernelParams
      );

      machine = {
        inherit kernel;
        init = executable {
          name = "init";
          file = "${init}/bin/init";
        };
        program = import ./program.nix { inherit pkgs executable; } { inherit program args; };
        modules = import ./modules.nix { inherit pkgs kernel; } modules;
        initrd = import ./initrd.nix { inherit pkgs; } {
          inherit settings;
          inherit (machine) init program modules;
        };
        iso = import ./iso.nix { inherit pkgs; } {
          inherit name commandLine settings;
          inherit (machine) kernel initrd;
        };
        vm = import ./vm.nix { inherit pkgs; } {
          inherit name;
          inherit (machine) iso;
        };
      };
    in
    machine;
in
given: assemble (checked given)

{
  besideDemo,
  directBoot,
  lib,
  writeShellApplication,
}:
directBoot (besideDemo {
  # what it needs is its interpreter
  script = {
    program = lib.getExe (writeShellApplication {
      name = "script";
      text = ''echo "a script of process $$ says $1"'';
    });
    args = [ "hello" ];
    closure = true;
    restart = "never";
  };
})

# A verb of the command line as a program of its own, with what it needs to know of a machine in its environment. Without
# a verb it is the whole command line.
{
  lib,
  writeShellApplication,
  scratchmachine,
}:
{
  verb ? null,
  # by name
  environment ? { },
  description,
}:
writeShellApplication {
  name = if verb == null then "scratchmachine" else verb;
  text =
    # what the caller has set himself counts
    lib.concatMapStrings (name: "export ${name}=\"\${${name}:-${environment.${name}}}\"\n") (
      lib.attrNames environment
    )
    + "exec ${scratchmachine}/bin/scratchmachine ${if verb == null then "" else verb} \"$@\"\n";
  meta = {
    inherit description;
  };
}

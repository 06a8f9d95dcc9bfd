# nix run .#record: writes every recorded value, and every sample of output in the documents, as it is now.
{
  writeShellApplication,
  exportHashes,
  machine,
  sizes,
  bootTime,
  recorded,
}:
writeShellApplication {
  name = "record";
  text = ''
    is_recorded=${if recorded == null then "" else "yes"}
    iso=${machine.iso}/${machine.iso.file} identity=${machine.iso.identity}
    exports=${exportHashes} sizes=${sizes} boot_time=${bootTime} audit=${machine.audit}/bin/audit
  ''
  + builtins.readFile ./record.sh;
  meta.description = "write every recorded value and every sample of output in the documents as it is now";
}

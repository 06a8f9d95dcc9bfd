{
  directBoot,
  failingPrograms,
  initrdOf,
  machine,
}:
directBoot machine // { failingPrograms = initrdOf failingPrograms; }

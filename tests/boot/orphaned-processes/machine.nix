{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  lingers = misbehave [ "linger" ];
  orphans = misbehave [
    "orphans"
    "10000"
  ];
})

{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  bomb = misbehave [ "fork-bomb" ];
})

{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  stubborn = misbehave [ "ignore-term" ];
})

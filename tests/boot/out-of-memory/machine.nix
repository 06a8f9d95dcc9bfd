{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  hungry = misbehave [ "eat-memory" ];
})

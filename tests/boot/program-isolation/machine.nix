{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  trespasser = misbehave [ "try-everything" ];
})

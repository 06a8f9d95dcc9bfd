{
  besideDemo,
  directBoot,
  misbehave,
}:
directBoot (besideDemo {
  flood = misbehave [
    "flood"
    "100"
  ];
})

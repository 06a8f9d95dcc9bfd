{
  besideDemo,
  directBoot,
  job,
  misbehave,
}:
directBoot (besideDemo {
  sick =
    misbehave [
      "sicken"
      "8080"
    ]
    // {
      check = "8080/healthz";
    };
  # it listens nowhere, and does not end when it is asked to
  mute = misbehave [ "ignore-term" ] // {
    check = 8081;
  };
  late =
    job [
      "exit"
      "0"
    ]
    // {
      after.sick.prints = "accepting connections";
    };
})

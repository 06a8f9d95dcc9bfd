# A scope: values by name, among them `callPackage`, which calls a file that is a function with those values that its
# argument list names. So a file's needs stand at its head and nowhere else.
#
#   import ./scope.nix (callPackage: { a = 1; b = callPackage ./b.nix { }; })    b.nix: { a }: a + 1
make:
let
  scope = make callPackage // {
    inherit callPackage;
  };
  # a file or a function, and values that go before those of the scope
  callPackage =
    file: overrides:
    let
      function = if builtins.isFunction file then file else import file;
    in
    function (builtins.intersectAttrs (builtins.functionArgs function) scope // overrides);
in
scope

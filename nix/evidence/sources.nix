# sources PACKAGE: what was fetched for it, each as { name; hash; isTree; places; purl; }.
let
  # at the end of a chain of sources
  fetched =
    source:
    if source ? outputHash then
      [ source ]
    else
      builtins.concatMap fetched (source.srcs or [ source.src ]);

  # nixpkgs' fetchurl says where `mirror://…` leads, which nobody else knows.
  places =
    source:
    let
      addresses = source.urls or [ ];
      resolved = source.resolvedUrl or "";
    in
    if resolved == "" then
      addresses
    else
      [ resolved ] ++ builtins.filter (address: address != source.url && address != resolved) addresses;

  describe = source: {
    inherit (source) name;
    # a hash in SRI's form names its algorithm itself
    hash =
      if (source.outputHashAlgo or null) == null then
        source.outputHash
      else
        "${source.outputHashAlgo}:${source.outputHash}";
    isTree = (source.outputHashMode or "flat") != "flat";
    places = places source;
    purl = source.meta.identifiers.purl or null;
  };
in
package: map describe (fetched package)

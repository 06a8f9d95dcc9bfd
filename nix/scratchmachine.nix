# The command line: a static executable that runs on any x86-64 Linux, with its manual pages and what completes its words
# in a shell.
{ crates }:
crates.cli.buildWith {
  postInstall = ''
    mkdir -p $out/share/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
    $out/bin/scratchmachine man $out/share/man/man1
    $out/bin/scratchmachine completions bash >$out/share/bash-completion/completions/scratchmachine
    $out/bin/scratchmachine completions zsh >$out/share/zsh/site-functions/_scratchmachine
    $out/bin/scratchmachine completions fish >$out/share/fish/vendor_completions.d/scratchmachine.fish
  '';
}

# kernel-includes.pl <SOURCES: in a kernel's source tree, these files and all that their #include lines reach, under
# #if or not: what is compiled in, and sometimes a little more, found without a compiler.
use strict;
use warnings;

my @roots = qw(arch/x86/include include arch/x86/include/uapi include/uapi);
# named to the compiler, and by files that are made while building
my @queue = map { "include/linux/$_" } qw(compiler-version.h kconfig.h compiler_types.h hidden.h export-internal.h);
push @queue, map { chomp; $_ } <STDIN>;

# as a file name, without `..`
sub plain {
    my $path = shift;
    $path =~ s#(^|/)\./#$1#g;
    1 while $path =~ s#(^|/)(?!\.\./)[^/]+/\.\./#$1#;
    return $path;
}

my %seen;
while (defined(my $file = shift @queue)) {
    next if $seen{$file}++ || !open my $lines, '<', $file;
    my ($directory) = $file =~ m#^(.*)/#;
    while (<$lines>) {
        next unless /^\s*#\s*include\s+["<]([^">]+)[">]/;
        my $name = $1;
        my @places = map { plain("$_/$name") } $directory, @roots;
        # what an architecture does not have of its own it has from here
        push @places, map { "$_/asm-generic/$1" } "include", "include/uapi" if $name =~ m#^asm/(.*)#;
        push @queue, grep { -f } @places;
    }
}
print "$_\n" for sort grep { -f } keys %seen;

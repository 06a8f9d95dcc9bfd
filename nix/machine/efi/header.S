/*
 * What makes boot.c a program for UEFI: the heads that a PE32+ file begins with (Microsoft's PE format; UEFI
 * specification 2.10, section 2.1.1). There is one section, of code and constants, and nothing to relocate, as the
 * compiler addresses everything from where it is. boot.ld has the sizes. No date: none would be the same twice.
 */
	.section .header, "a"
image:
	.ascii	"MZ"
	.org	0x3c
	.long	signature

	.balign	8
	.set	signature, . - image
	.ascii	"PE\0\0"
	.short	0x8664			/* x86-64 */
	.short	1			/* sections */
	.long	0, 0, 0			/* date, symbols */
	.short	section_head - optional_head
	.short	0x22e			/* executable, no line numbers, symbols or debugging, large addresses */

optional_head:
	.short	0x20b			/* PE32+ */
	.byte	0, 0
	.long	code_size, 0, 0
	.long	start_address
	.long	0x1000			/* code */
	.quad	0			/* wherever there is room */
	.long	0x1000			/* sections in memory, */
	.long	0x200			/* and in the file */
	.short	0, 0, 0, 0, 0, 0
	.long	0
	.long	image_size
	.long	0x200			/* heads */
	.long	0
	.short	10			/* an EFI application */
	.short	0x100			/* whose data need not be executable */
	.quad	0, 0, 0, 0
	.long	0
	.long	6			/* directories, all empty */
	.quad	0, 0, 0, 0, 0, 0

section_head:
	.ascii	".text\0\0\0"
	.long	code_size
	.long	0x1000
	.long	code_size
	.long	0x200
	.long	0, 0
	.short	0, 0
	.long	0x60000020		/* code, executable, readable */
	.org	0x200

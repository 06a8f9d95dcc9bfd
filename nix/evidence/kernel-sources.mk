# What kbuild would compile in the directory $(obj), without compiling it: the kernel's own makefiles are read as
# scripts/Makefile.build reads them, and say `object PATH` and `directory PATH` instead of building.
include include/config/auto.conf
include scripts/Kbuild.include
include scripts/Makefile.compiler

ifeq ($(obj),.)
# names the directories of the architecture, as the top makefile asks it to, and adds them to its own
libs-y := lib/
include arch/$(SRCARCH)/Makefile
ARCH_CORE := $(core-y)
ARCH_LIB := $(filter %/,$(libs-y))
ARCH_DRIVERS := $(drivers-y) $(drivers-m)
endif

src := $(obj)
include $(firstword $(wildcard $(obj)/Kbuild) $(obj)/Makefile)
include scripts/Makefile.lib

# `targets` has what is linked by rules of its own: the vDSO, real mode, the decompressor
.DEFAULT_GOAL := list
list:
	@:
	$(foreach object,$(sort $(filter %.o,$(real-obj-y) $(real-obj-m) $(lib-y) $(targets))),$(info object $(object)))
	$(foreach directory,$(sort $(subdir-ym)),$(info directory $(directory)))

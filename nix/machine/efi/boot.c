/*
 * The program that UEFI starts: it has the firmware load the kernel, which is such a program itself, and hands it the
 * command line. Both are where isolinux has them, and the command line stands in isolinux's configuration: an image has
 * each once, whatever firmware boots it.
 *
 * The kernel could not be started directly: as \EFI\BOOT\BOOTX64.EFI it would get no command line, and it takes initrd=
 * from nowhere else. Source: UEFI specification 2.10, chapters 4 (system table), 7 (images), 9 (loaded image, device
 * path), 12 (console) and 13 (files).
 */

typedef unsigned short char16;
typedef unsigned int uint32;
typedef unsigned long long uint64;
typedef uint64 status;
typedef void *handle;
#define EFIAPI __attribute__((ms_abi))

#define ERROR(number) ((status)(number) | (status)1 << 63)
#define NOT_FOUND ERROR(14)
#define ACCESS_DENIED ERROR(15)
#define SECURITY_VIOLATION ERROR(26)
#define READ_ONLY 1

struct guid {
	uint32 a;
	unsigned short b, c;
	unsigned char d[8];
};

struct text_output {
	void *reset;
	status (EFIAPI *output_string)(struct text_output *self, const char16 *text);
};

struct boot_services {
	char header[24];
	void *until_allocate_pool[5];
	status (EFIAPI *allocate_pool)(uint32 type, uint64 size, void **buffer);
	void *until_handle_protocol[10];
	status (EFIAPI *handle_protocol)(handle of, const struct guid *protocol, void **interface);
	void *until_load_image[5];
	status (EFIAPI *load_image)(unsigned char boot_policy, handle parent, const void *path, const void *buffer,
				    uint64 size, handle *image);
	status (EFIAPI *start_image)(handle image, uint64 *exit_data_size, char16 **exit_data);
	void *until_stall[4];
	status (EFIAPI *stall)(uint64 microseconds);
};

struct system_table {
	char header[24];
	char16 *vendor;
	uint32 revision;
	handle console_in;
	void *text_input;
	handle console_out;
	struct text_output *text_output;
	handle standard_error;
	void *error_output;
	void *runtime_services;
	struct boot_services *boot;
};

struct loaded_image {
	uint32 revision;
	handle parent;
	struct system_table *system;
	handle device;
	void *path;
	void *reserved;
	uint32 options_size;
	const void *options;
};

struct file {
	uint64 revision;
	status (EFIAPI *open)(struct file *self, struct file **file, const char16 *name, uint64 mode, uint64 attributes);
	void *close, *delete;
	status (EFIAPI *read)(struct file *self, uint64 *size, void *buffer);
};

struct volume {
	uint64 revision;
	status (EFIAPI *open_volume)(struct volume *self, struct file **root);
};

/* A device path is a sequence of nodes; a file's name is one. */
struct node {
	unsigned char type, subtype, length[2];
};
#define IS_END(node) ((node)->type == 0x7f && (node)->subtype == 0xff)
#define LENGTH(node) ((node)->length[0] | (node)->length[1] << 8)

static const struct guid LOADED_IMAGE = {
	0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct guid DEVICE_PATH = {
	0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct guid SIMPLE_FILE_SYSTEM = {
	0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};

static const char16 KERNEL[] = L"\\BZIMAGE";
static const char16 INITRAMFS[] = L"\\INITRD";
static const char16 CONFIGURATION[] = L"\\ISOLINUX.CFG";
/* The kernel's stub loads what these name, one behind the other. */
static const char16 OPTIONS[] = L"initrd=\\INITRD initrd=\\SETTINGS ";
/* In the configuration, the line with this word has the command line. */
static const char WORD[] = "APPEND ";

/* As much as a configuration may have: the kernel's own limit for a command line is 2,048 bytes. */
#define LARGEST 4096
#define LONGEST_PATH 1024

/* Say what failed, on what, and wait so that it can be read before the firmware goes on to something else. */
static status fail(struct system_table *system, const char16 *what, status why)
{
	struct text_output *out = system->text_output;
	const char16 *reason = L": it can't be read or started: write the image again\r\n";

	if (why == NOT_FOUND)
		reason = L": not found: write the image again\r\n";
	if (why == ACCESS_DENIED || why == SECURITY_VIOLATION)
		reason = L": Access Denied: turn Secure Boot off, or sign a UKI and boot that\r\n";
	out->output_string(out, L"scratchmachine: ");
	out->output_string(out, what);
	out->output_string(out, reason);
	system->boot->stall(10 * 1000 * 1000);
	return why;
}

/* The command line, behind OPTIONS, as the firmware's kind of text; its size in bytes, or 0 if there is none. */
static uint32 options_of(const char *text, uint64 size, char16 *options)
{
	char16 *end = options;
	uint64 at, matched = 0;

	for (at = 0; OPTIONS[at]; at++)
		*end++ = OPTIONS[at];
	for (at = 0; at < size && WORD[matched]; at++)
		matched = text[at] == WORD[matched] ? matched + 1 : text[at] == WORD[0];
	if (WORD[matched])
		return 0;
	for (; at < size && text[at] != '\n'; at++)
		*end++ = (unsigned char)text[at];
	*end++ = 0;
	return (char *)end - (char *)options;
}

/* The place of a file of the volume, as LoadImage takes it: the volume's path with the file's name as its last node. */
static int path_of(const unsigned char *volume, const char16 *name, uint64 name_size, unsigned char *path)
{
	uint64 length = 0, at;
	unsigned char *node;

	while (!IS_END((const struct node *)(volume + length))) {
		length += LENGTH((const struct node *)(volume + length));
		if (length > LONGEST_PATH)
			return 0;
	}
	for (at = 0; at < length; at++)
		path[at] = volume[at];
	node = path + length;
	*node++ = 4;
	*node++ = 4;
	*node++ = 4 + name_size;
	*node++ = 0;
	for (at = 0; at < name_size; at++)
		*node++ = ((const unsigned char *)name)[at];
	*node++ = 0x7f;
	*node++ = 0xff;
	*node++ = 4;
	*node = 0;
	return 1;
}

status EFIAPI start(handle self, struct system_table *system)
{
	struct boot_services *boot = system->boot;
	struct loaded_image *image, *kernel_image;
	struct volume *volume;
	struct file *root, *file;
	const unsigned char *volume_path;
	unsigned char path[LONGEST_PATH + sizeof(KERNEL) + 8];
	char text[LARGEST];
	char16 options[LARGEST + sizeof(OPTIONS)];
	uint64 size = sizeof(text);
	uint32 options_size;
	handle kernel;
	status failed;

	if ((failed = boot->handle_protocol(self, &LOADED_IMAGE, (void **)&image)) ||
	    (failed = boot->handle_protocol(image->device, &DEVICE_PATH, (void **)&volume_path)) ||
	    (failed = boot->handle_protocol(image->device, &SIMPLE_FILE_SYSTEM, (void **)&volume)) ||
	    (failed = volume->open_volume(volume, &root)) ||
	    (failed = root->open(root, &file, CONFIGURATION, READ_ONLY, 0)) ||
	    (failed = file->read(file, &size, text)))
		return fail(system, CONFIGURATION, failed);
	if (!(options_size = options_of(text, size, options)))
		return fail(system, CONFIGURATION, NOT_FOUND);
	/* The kernel would start without it, and stop for want of an init. */
	if ((failed = root->open(root, &file, INITRAMFS, READ_ONLY, 0)))
		return fail(system, INITRAMFS, failed);
	if (!path_of(volume_path, KERNEL, sizeof(KERNEL), path))
		return fail(system, KERNEL, NOT_FOUND);
	if ((failed = boot->load_image(0, self, path, 0, 0, &kernel)) ||
	    (failed = boot->handle_protocol(kernel, &LOADED_IMAGE, (void **)&kernel_image)))
		return fail(system, KERNEL, failed);
	kernel_image->options = options;
	kernel_image->options_size = options_size;
	return fail(system, KERNEL, boot->start_image(kernel, 0, 0));
}

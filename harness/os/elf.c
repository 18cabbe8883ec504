/* SPDX-License-Identifier: Apache-2.0 */
#include "os/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file in memory: nothing in it is believed to lie within it. */
struct image {
	const char *bytes;
	size_t size;
};

static const void *part(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset ? image->bytes + offset : NULL;
}

static const Elf64_Phdr *header(const struct image *image, unsigned number)
{
	const Elf64_Ehdr *file = part(image, 0, sizeof(*file));

	if (!file || memcmp(file->e_ident, ELFMAG, SELFMAG) != 0 ||
	    file->e_ident[EI_CLASS] != ELFCLASS64 || number >= file->e_phnum)
		return NULL;
	return part(image, file->e_phoff + (uint64_t)number * sizeof(Elf64_Phdr),
		    sizeof(Elf64_Phdr));
}

/* What is to lie at an address when it is loaded, to the end of its segment. */
static const char *loaded(const struct image *image, uint64_t address, size_t *size)
{
	const Elf64_Phdr *segment;
	unsigned i;

	for (i = 0; (segment = header(image, i)) != NULL; i++) {
		uint64_t offset = address - segment->p_vaddr;

		if (segment->p_type != PT_LOAD || offset >= segment->p_filesz)
			continue;
		*size = segment->p_filesz - offset;
		return part(image, segment->p_offset + offset, *size);
	}
	return NULL;
}

static bool needs(const struct image *image, const Elf64_Dyn *entries, size_t count,
		  const char *library)
{
	const char *strings = NULL;
	size_t size = 0, i, length = strlen(library);

	for (i = 0; i < count; i++)
		if (entries[i].d_tag == DT_STRTAB)
			strings = loaded(image, entries[i].d_un.d_ptr, &size);
	for (i = 0; strings && i < count && entries[i].d_tag != DT_NULL; i++)
		if (entries[i].d_tag == DT_NEEDED && entries[i].d_un.d_val < size &&
		    size - entries[i].d_un.d_val > length &&
		    !memcmp(strings + entries[i].d_un.d_val, library, length))
			return true;
	return false;
}

static bool look(const struct image *image, const char *library)
{
	const Elf64_Phdr *segment;
	unsigned i;

	for (i = 0; (segment = header(image, i)) != NULL; i++) {
		const Elf64_Dyn *entries;

		if (segment->p_type != PT_DYNAMIC)
			continue;
		entries = part(image, segment->p_offset, segment->p_filesz);
		return entries &&
		       needs(image, entries, segment->p_filesz / sizeof(*entries), library);
	}
	return false;
}

bool elf_needs(const char *path, const char *library)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct image image = { .size = 0 };
	struct stat status;
	bool found = false;
	void *at;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && status.st_size > 0) {
		image.size = (size_t)status.st_size;
		at = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
		image.bytes = at;
		found = at != MAP_FAILED && look(&image, library);
		if (at != MAP_FAILED)
			(void)munmap(at, image.size);
	}
	close(fd);
	return found;
}

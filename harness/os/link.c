/* SPDX-License-Identifier: Apache-2.0 */
#include "os/link.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_BYTES = 4096 };

struct request {
	uintptr_t own, ours;
	const struct link_name *names;
	size_t count;
};

/* What of an object's dynamic section is of use here. */
struct object {
	uintptr_t base;
	const struct dl_phdr_info *info;
	const Elf64_Sym *symbols;
	const char *strings;
	const Elf64_Rela *tables[2];
	size_t counts[2];
};

static bool has(const struct dl_phdr_info *info, uintptr_t address, bool code)
{
	unsigned i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && (!code || (part->p_flags & PF_X)) &&
		    address - (info->dlpi_addr + part->p_vaddr) < part->p_memsz)
			return true;
	}
	return false;
}

static bool is_the_systems(const char *path)
{
	static const char *const folders[] = { "/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/",
					       "linux-vdso" };
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (!strncmp(path, folders[i], strlen(folders[i])))
			return true;
	return false;
}

static bool is_theirs(const struct request *request, const struct dl_phdr_info *info)
{
	if (has(info, request->own, false))
		return true;
	return info->dlpi_name[0] && !has(info, request->ours, false) &&
	       !is_the_systems(info->dlpi_name);
}

static void note(struct object *object, const Elf64_Dyn *entry)
{
	/* The dynamic linker has made these addresses of memory, but for objects of the kernel. */
	uintptr_t at = entry->d_un.d_ptr < object->base ? entry->d_un.d_ptr + object->base
							: entry->d_un.d_ptr;

	switch (entry->d_tag) {
	case DT_SYMTAB:
		object->symbols = (const Elf64_Sym *)at;
		break;
	case DT_STRTAB:
		object->strings = (const char *)at;
		break;
	case DT_RELA:
		object->tables[0] = (const Elf64_Rela *)at;
		break;
	case DT_RELASZ:
		object->counts[0] = entry->d_un.d_val / sizeof(Elf64_Rela);
		break;
	case DT_JMPREL:
		object->tables[1] = (const Elf64_Rela *)at;
		break;
	case DT_PLTRELSZ:
		object->counts[1] = entry->d_un.d_val / sizeof(Elf64_Rela);
		break;
	default:
		break;
	}
}

static bool read_object(struct object *object, const struct dl_phdr_info *info)
{
	const Elf64_Dyn *entry = NULL;
	unsigned i;

	*object = (struct object){ .base = info->dlpi_addr, .info = info };
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			entry = (const Elf64_Dyn *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	for (; entry && entry->d_tag != DT_NULL; entry++)
		note(object, entry);
	return object->symbols && object->strings;
}

/* Made read-only once all is linked. */
static bool is_sealed(const struct object *object, uintptr_t at)
{
	unsigned i;

	for (i = 0; i < object->info->dlpi_phnum; i++) {
		const Elf64_Phdr *part = &object->info->dlpi_phdr[i];

		if (part->p_type == PT_GNU_RELRO &&
		    at - (object->base + part->p_vaddr) < part->p_memsz)
			return true;
	}
	return false;
}

static void set(const struct object *object, void **slot, void *function)
{
	void *page = (void *)((uintptr_t)slot & ~(uintptr_t)(PAGE_BYTES - 1));
	bool sealed = is_sealed(object, (uintptr_t)slot);

	if (sealed && mprotect(page, PAGE_BYTES, PROT_READ | PROT_WRITE) != 0)
		return;
	*slot = function;
	if (sealed)
		(void)mprotect(page, PAGE_BYTES, PROT_READ);
}

static void replace_one(const struct request *request, const struct object *object,
			const Elf64_Rela *entry)
{
	const Elf64_Sym *symbol = &object->symbols[ELF64_R_SYM(entry->r_info)];
	uint32_t type = (uint32_t)ELF64_R_TYPE(entry->r_info);
	void **slot = (void **)(object->base + entry->r_offset);
	size_t i;

	if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && type != R_X86_64_64) ||
	    entry->r_addend || symbol->st_shndx != SHN_UNDEF)
		return;
	for (i = 0; i < request->count; i++) {
		const struct link_name *name = &request->names[i];

		if (strcmp(object->strings + symbol->st_name, name->name) != 0)
			continue;
		/* Not looked up yet, it leads back into the object's own code. */
		if (*slot == name->function ||
		    (type == R_X86_64_JUMP_SLOT && has(object->info, (uintptr_t)*slot, true)))
			set(object, slot, name->instead);
		return;
	}
}

static int replace_in(struct dl_phdr_info *info, size_t size, void *data)
{
	const struct request *request = data;
	struct object object;
	size_t table, i;

	(void)size;
	if (!is_theirs(request, info) || !read_object(&object, info))
		return 0;
	for (table = 0; table < 2; table++)
		for (i = 0; object.tables[table] && i < object.counts[table]; i++)
			replace_one(request, &object, &object.tables[table][i]);
	return 0;
}

void link_replace(const void *own, const struct link_name *names, size_t count)
{
	struct request request = { .own = (uintptr_t)own,
				   .ours = (uintptr_t)&link_replace,
				   .names = names,
				   .count = count };

	(void)dl_iterate_phdr(replace_in, &request);
}

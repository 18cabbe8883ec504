/* SPDX-License-Identifier: Apache-2.0 */
#include "intercept/site.h"

#if CHECKER_IS_ASAN

#include <link.h>
#include <stdbool.h>

void __asan_init(void);

/* Code of libasan; empty where its interceptors are part of the program, as with clang. */
static uintptr_t code_begin, code_end;

static bool holds(const struct dl_phdr_info *object, uintptr_t address, uintptr_t *begin,
		  uintptr_t *end)
{
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		*begin = object->dlpi_addr + segment->p_vaddr;
		*end = *begin + segment->p_memsz;
		if (segment->p_type == PT_LOAD && address >= *begin && address < *end)
			return true;
	}
	return false;
}

static int look_at(struct dl_phdr_info *object, size_t size, void *program)
{
	bool *is_program = program;
	uintptr_t begin, end;

	(void)size;
	if (!*is_program && holds(object, (uintptr_t)__asan_init, &begin, &end)) {
		code_begin = begin;
		code_end = end;
		return 1;
	}
	*is_program = false;
	return 0;
}

/* The program itself comes first. */
__attribute__((constructor)) static void find_code(void)
{
	bool is_program = true;

	(void)dl_iterate_phdr(look_at, &is_program);
}

/* libasan is compiled with frame pointers: a frame begins with its caller's, and what it returns
 * to. */
__attribute__((no_sanitize_address)) uintptr_t site_outside(uintptr_t returns_to,
							    const uintptr_t *frame)
{
	while (returns_to >= code_begin && returns_to < code_end) {
		const uintptr_t *outer = (const uintptr_t *)frame[0];

		if (outer <= frame)
			break;
		frame = outer;
		returns_to = frame[1];
	}
	return returns_to;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images: what a process has mapped as code. Tasks are forks of the harness and have its image, so
 * an address of theirs means here what it means there. A task that has become another program has
 * an image of its own, in which the same address means something else: its addresses carry the
 * image's tag in their upper bits, which no real address has, and what lay where is kept in a
 * table.
 */
#ifndef SABOT_OS_IMAGE_H
#define SABOT_OS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IMAGE_TAG_SHIFT = 48,
	IMAGE_TAGS = 1 << 15,
	IMAGES_MAX = 16,
	IMAGE_OBJECTS_MAX = 40,
	IMAGE_PATH_MAX = 256
};

/* A program or library, as it was loaded. */
struct image_object {
	uintptr_t begin, end;
	uintptr_t bias; /* of addresses in memory against those in the file */
	char path[IMAGE_PATH_MAX];
};

struct image {
	uintptr_t tag; /* 0: free. The same for a program in every run. */
	uint32_t count;
	struct image_object objects[IMAGE_OBJECTS_MAX]; /* the program itself is the first */
};

struct image_table {
	struct image images[IMAGES_MAX];
};

/* What this process's code addresses are or'ed with: 0 in the harness's own image. */
extern uintptr_t image_tag __attribute__((visibility("hidden")));

/* How far libsabot lies here above where the harness has it: 0 in the harness's own image. */
extern ptrdiff_t image_shift __attribute__((visibility("hidden")));

/* A pointer to something constant in libsabot, from the harness's image to this one, and back. */
static inline const void *image_here(const void *theirs)
{
	return (const char *)theirs + image_shift;
}

static inline const void *image_theirs(const void *ours)
{
	return (const char *)ours - image_shift;
}

/*
 * This process has become the program `path`: notes what is loaded, once for each program, and tags
 * this process's addresses by `hash`, which is that of the path. What more programs there are than
 * the table has room for has no places. Allocates.
 */
void image_enter(struct image_table *table, const char *path, uint64_t hash);

/* What the table holds is found from now on; kept by reference. */
void image_know(const struct image_table *table);

/* Whether it can be read, whatever bytes are there. */
bool image_is_sound(const struct image *image);

/*
 * Keeps a copy of what is sound in the table: it is found from now on, beside what was kept before.
 */
void image_keep(const struct image_table *table);

/* The path of the program that has the tag, or NULL. */
const char *image_program(uintptr_t tag);

/* The object that holds a tagged address, or NULL. */
const struct image_object *image_object_at(uintptr_t tagged);

/* 0: it lies in the harness's own image. */
static inline uintptr_t image_tag_of(uintptr_t address)
{
	return address >> IMAGE_TAG_SHIFT << IMAGE_TAG_SHIFT;
}

#endif

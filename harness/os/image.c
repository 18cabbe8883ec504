/* SPDX-License-Identifier: Apache-2.0 */
#include "os/image.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

uintptr_t image_tag;
ptrdiff_t image_shift;

static const struct image_table *known;

static const struct image *find(uintptr_t tag)
{
	unsigned i;

	for (i = 0; known && i < IMAGES_MAX && known->images[i].tag; i++)
		if (known->images[i].tag == tag)
			return &known->images[i];
	return NULL;
}

struct noting {
	struct image *image;
	const char *program;
};

/* The program itself has no name there. */
static int note_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct noting *noting = data;
	struct image *image = noting->image;
	struct image_object *object = &image->objects[image->count];
	unsigned i;

	(void)size;
	if (image->count == IMAGE_OBJECTS_MAX)
		return 1;
	*object = (struct image_object){ .begin = UINTPTR_MAX, .bias = info->dlpi_addr };
	for (i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type != PT_LOAD)
			continue;
		if (begin < object->begin)
			object->begin = begin;
		if (begin + info->dlpi_phdr[i].p_memsz > object->end)
			object->end = begin + info->dlpi_phdr[i].p_memsz;
	}
	snprintf(object->path, sizeof(object->path), "%s",
		 info->dlpi_name && info->dlpi_name[0] ? info->dlpi_name : noting->program);
	image->count++;
	return 0;
}

void image_enter(struct image_table *table, const char *path, uint64_t hash)
{
	const uintptr_t tag = (uintptr_t)(hash % (IMAGE_TAGS - 1) + 1) << IMAGE_TAG_SHIFT;
	struct noting noting = { .program = path };
	unsigned i;

	for (i = 0; i < IMAGES_MAX && table->images[i].tag && table->images[i].tag != tag; i++)
		continue;
	image_tag = tag;
	if (i == IMAGES_MAX || table->images[i].tag == tag)
		return;
	noting.image = &table->images[i];
	noting.image->count = 0;
	(void)dl_iterate_phdr(note_object, &noting);
	noting.image->tag = tag;
}

void image_know(const struct image_table *table)
{
	known = table;
}

bool image_is_sound(const struct image *image)
{
	uint32_t i;

	if (image->count > IMAGE_OBJECTS_MAX)
		return false;
	for (i = 0; i < image->count; i++)
		if (!memchr(image->objects[i].path, '\0', sizeof(image->objects[i].path)))
			return false;
	return true;
}

void image_keep(const struct image_table *table)
{
	static struct image_table kept;
	unsigned i, j;

	known = &kept;
	for (i = 0; i < IMAGES_MAX && table->images[i].tag; i++) {
		for (j = 0; j < IMAGES_MAX && kept.images[j].tag &&
			    kept.images[j].tag != table->images[i].tag;
		     j++)
			continue;
		if (j < IMAGES_MAX && image_is_sound(&table->images[i]))
			kept.images[j] = table->images[i];
	}
}

const char *image_program(uintptr_t tag)
{
	const struct image *image = tag ? find(tag) : NULL;

	return image ? image->objects[0].path : NULL;
}

const struct image_object *image_object_at(uintptr_t tagged)
{
	const uintptr_t tag = image_tag_of(tagged), address = tagged - tag;
	const struct image *image = find(tag);
	unsigned i;

	for (i = 0; image && i < image->count; i++)
		if (address - image->objects[i].begin <
		    image->objects[i].end - image->objects[i].begin)
			return &image->objects[i];
	return NULL;
}

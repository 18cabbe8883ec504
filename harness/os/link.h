/* SPDX-License-Identifier: Apache-2.0 */
/* The links of loaded objects to functions of others: entries of their global offset tables. */
#ifndef SABOT_OS_LINK_H
#define SABOT_OS_LINK_H

#include <stddef.h>

struct link_name {
	const char *name;
	void *function; /* what the name stands for in this process */
	void *instead;
};

/*
 * Sets these links to other functions: of the object that `own` lies in, and of all others that are
 * neither the program, nor this library, nor the system's. A link that leads to another function of
 * that name, such as the object's own, stays. May be called again, for what was loaded since.
 */
void link_replace(const void *own, const struct link_name *names, size_t count);

#endif

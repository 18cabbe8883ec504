/* SPDX-License-Identifier: Apache-2.0 */
/* From where in the scenario's code an interceptor was called. */
#ifndef SABOT_INTERCEPT_SITE_H
#define SABOT_INTERCEPT_SITE_H

#include "os/checker.h"
#include "os/image.h"

#include <stdint.h>

/*
 * AddressSanitizer has interceptors of its own for many calls, and they come first: whoever called
 * one of those is the caller, not libasan. Given an interceptor's own return address and frame.
 */
uintptr_t site_outside(uintptr_t returns_to, const uintptr_t *frame);

#if CHECKER_IS_ASAN
#define CALL_SITE                                                                                  \
	(site_outside((uintptr_t)__builtin_return_address(0), __builtin_frame_address(0)) |        \
	 image_tag)
#else
#define CALL_SITE ((uintptr_t)__builtin_return_address(0) | image_tag)
#endif

#endif

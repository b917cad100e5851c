// How the process treats memory that tensors have given back.

#pragma once

namespace heddle {

// Keeps freed memory in the process instead of returning it to the system: a training step frees and asks for
// the same hundreds of megabytes every time, and pages touched for the first time cost more than the copy
// they are for. Call once before the first tensor of a program that trains; resident memory then stays at its
// peak. Without effect where malloc is not glibc's.
void keepFreedMemory();

// Returns once what has been freed so far, after work that was done for the last time.
void returnFreedMemory();

}  // namespace heddle

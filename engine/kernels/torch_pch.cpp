// Carries the precompiled header of the Torch layers.

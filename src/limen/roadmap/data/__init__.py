"""Phase 4: data is classified and guarded, what happens is watched, and access is looked through."""

"""Many patterns against one event: matching, and explaining the verdict. Knows no bus."""

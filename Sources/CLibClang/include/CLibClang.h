// The part of libclang's stable C interface that CFrontend uses, declared here because toolchains ship the library without its headers, and loaded at
// run time because not every machine has it. Layouts and numbers are those of clang-c/Index.h, which never changes them.
#ifndef BELAY_CLIBCLANG_H
#define BELAY_CLIBCLANG_H

typedef struct { const void *data; unsigned flags; } BelayCXString;
typedef struct { int kind; int xdata; const void *data[3]; } BelayCXCursor;
typedef struct { int kind; void *data[2]; } BelayCXType;
typedef struct { const void *data[2]; unsigned offset; } BelayCXLocation;
typedef struct { const char *name; const char *contents; unsigned long length; } BelayCXUnsavedFile;

// What a visitor answers: 0 ends the walk, 1 goes on with the next sibling, 2 descends.
typedef int (*BelayCXVisitor)(BelayCXCursor cursor, BelayCXCursor parent, void *data);

typedef struct {
  void *(*createIndex)(int excludeDeclarations, int displayDiagnostics);
  void (*disposeIndex)(void *index);
  int (*parse)(void *index, const char *name, const char *const *arguments, int argumentCount, BelayCXUnsavedFile *files, unsigned fileCount,
               unsigned options, void **unit);
  void (*disposeUnit)(void *unit);
  BelayCXCursor (*unitCursor)(void *unit);
  unsigned (*visitChildren)(BelayCXCursor cursor, BelayCXVisitor visitor, void *data);
  BelayCXString (*cursorSpelling)(BelayCXCursor cursor);
  const char *(*cString)(BelayCXString string);
  void (*disposeString)(BelayCXString string);
  BelayCXType (*cursorType)(BelayCXCursor cursor);
  BelayCXType (*resultType)(BelayCXType type);
  BelayCXType (*pointeeType)(BelayCXType type);
  BelayCXType (*canonicalType)(BelayCXType type);
  BelayCXType (*namedType)(BelayCXType type);
  BelayCXType (*arrayElementType)(BelayCXType type);
  long long (*arraySize)(BelayCXType type);
  BelayCXCursor (*typeDeclaration)(BelayCXType type);
  BelayCXString (*typeSpelling)(BelayCXType type);
  BelayCXCursor (*referenced)(BelayCXCursor cursor);
  unsigned (*hash)(BelayCXCursor cursor);
  unsigned (*isDefinition)(BelayCXCursor cursor);
  int (*argumentCount)(BelayCXCursor cursor);
  BelayCXCursor (*argument)(BelayCXCursor cursor, unsigned index);
  int (*storageClass)(BelayCXCursor cursor);
  BelayCXLocation (*location)(BelayCXCursor cursor);
  int (*isInSystemHeader)(BelayCXLocation location);
  BelayCXCursor (*semanticParent)(BelayCXCursor cursor);
  unsigned (*equal)(BelayCXCursor left, BelayCXCursor right);
  int (*evaluationKind)(void *result);
  long long (*evaluationInteger)(void *result);
  void (*disposeEvaluation)(void *result);
  void *(*evaluate)(BelayCXCursor cursor);
  long long (*enumValue)(BelayCXCursor cursor);
  // May be null before LLVM 17.
  int (*binaryOperator)(BelayCXCursor cursor);
  int (*unaryOperator)(BelayCXCursor cursor);
  unsigned (*toggleCrashRecovery)(unsigned isOn);
} BelayLibClang;

// Loads the library at `path` and finds its functions. Returns 0 when that worked; 1 when the library cannot be loaded, 2 when it lacks a function.
int belayLoadLibClang(const char *path, BelayLibClang *library);

#endif

#include "CLibClang.h"

#include <dlfcn.h>
#include <stddef.h>

int belayLoadLibClang(const char *path, BelayLibClang *library) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return 1;
  int missing = 0;
  // A data pointer from dlsym becomes a function pointer: POSIX demands that this works.
#define FIND(field, symbol) *(void **)&library->field = dlsym(handle, "clang_" symbol)
#define NEED(field, symbol) do { FIND(field, symbol); if (library->field == NULL) missing = 2; } while (0)
  NEED(createIndex, "createIndex");
  NEED(disposeIndex, "disposeIndex");
  NEED(parse, "parseTranslationUnit2");
  NEED(disposeUnit, "disposeTranslationUnit");
  NEED(unitCursor, "getTranslationUnitCursor");
  NEED(visitChildren, "visitChildren");
  NEED(cursorSpelling, "getCursorSpelling");
  NEED(cString, "getCString");
  NEED(disposeString, "disposeString");
  NEED(cursorType, "getCursorType");
  NEED(resultType, "getResultType");
  NEED(pointeeType, "getPointeeType");
  NEED(canonicalType, "getCanonicalType");
  NEED(namedType, "Type_getNamedType");
  NEED(arrayElementType, "getArrayElementType");
  NEED(arraySize, "getArraySize");
  NEED(typeDeclaration, "getTypeDeclaration");
  NEED(typeSpelling, "getTypeSpelling");
  NEED(referenced, "getCursorReferenced");
  NEED(hash, "hashCursor");
  NEED(isDefinition, "isCursorDefinition");
  NEED(argumentCount, "Cursor_getNumArguments");
  NEED(argument, "Cursor_getArgument");
  NEED(storageClass, "Cursor_getStorageClass");
  NEED(location, "getCursorLocation");
  NEED(isInSystemHeader, "Location_isInSystemHeader");
  NEED(semanticParent, "getCursorSemanticParent");
  NEED(equal, "equalCursors");
  NEED(evaluationKind, "EvalResult_getKind");
  NEED(evaluationInteger, "EvalResult_getAsLongLong");
  NEED(disposeEvaluation, "EvalResult_dispose");
  NEED(evaluate, "Cursor_Evaluate");
  NEED(enumValue, "getEnumConstantDeclValue");
  NEED(toggleCrashRecovery, "toggleCrashRecovery");
  FIND(binaryOperator, "getCursorBinaryOperatorKind");
  FIND(unaryOperator, "getCursorUnaryOperatorKind");
  return missing;
}

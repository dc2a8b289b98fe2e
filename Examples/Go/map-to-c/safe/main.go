// C gets a copy of what it needs.
package main

/*
static int total(int *values, int count) {
	int sum = 0;
	for (int i = 0; i < count; i++) sum += values[i];
	return sum;
}
*/
import "C"

import "fmt"

func main() {
	sizes := map[string]int{"a": 1}
	values := make([]C.int, 0, len(sizes))
	for _, size := range sizes {
		values = append(values, C.int(size))
	}
	fmt.Println(C.total(&values[0], C.int(len(values))))
}

// The generators of the assembly in package kernel, one program per family.
package asm

import _ "github.com/mmcloughlin/avo/build"

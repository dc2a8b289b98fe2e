// Runs one program of the lab, as the hidden command of belay does: LabProgram SCENARIO VARIANT.
import Glibc
import LabFaults

let words = CommandLine.arguments
exit(words.count == 3 ? FaultProgram.run(scenario: words[1], variant: words[2]) : 2)

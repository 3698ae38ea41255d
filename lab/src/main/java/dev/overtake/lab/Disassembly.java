// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Listing;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function as the instructions its machine executes, with those marked at which the machine can
 * stop the thread.
 *
 * @param machine whose instructions they are
 * @param function its name in the source
 * @param lines in their order
 */
record Disassembly(String machine, String function, List<Line> lines) {
  /* Since 3.10 these alone look whether another thread wants the lock. */
  private static final Pattern CPYTHON_STOPS =
      Pattern.compile("RESUME|JUMP_BACKWARD|JUMP_ABSOLUTE|POP_JUMP_BACKWARD_.*|CALL(?:_.*)?");
  private static final Pattern CPYTHON_JUMPS_BACK =
      Pattern.compile("JUMP_BACKWARD.*|POP_JUMP_BACKWARD_.*");
  private static final Pattern CPYTHON_LINE = Pattern.compile("(\\d+) (\\S+) ?(.*)");

  /** Of one of our classes: the first method of this name. */
  static Disassembly ofJava(Class<?> neighbour, String simpleClassName, String method)
      throws IOException {
    byte[] bytes;
    try (InputStream file = neighbour.getResourceAsStream(simpleClassName + ".class")) {
      bytes = Objects.requireNonNull(file, simpleClassName).readAllBytes();
    }
    CodeAttribute code =
        ClassFile.of().parse(bytes).methods().stream()
            .filter(m -> m.methodName().equalsString(method))
            .flatMap(m -> m.findAttribute(Attributes.code()).stream())
            .findFirst()
            .orElseThrow();
    List<Line> lines = new ArrayList<>();
    int at = 0;
    for (CodeElement element : code) {
      if (element instanceof Instruction instruction) {
        boolean back =
            instruction instanceof BranchInstruction branch
                && code.labelToBci(branch.target()) <= at;
        lines.add(
            new Line(
                at,
                instruction.opcode().name().toLowerCase(Locale.ROOT),
                operand(code, instruction),
                back,
                javaMark(instruction, back)));
        at += instruction.sizeInBytes();
      }
    }
    return new Disassembly("JVM", simpleClassName + "." + method, lines);
  }

  /** Of what {@code instructions.py} prints for one function. */
  static Disassembly ofCpython(String version, String function, List<String> printed) {
    List<Line> lines = new ArrayList<>();
    for (String text : printed) {
      Matcher line = CPYTHON_LINE.matcher(text);
      if (line.matches()) {
        String name = line.group(2);
        lines.add(
            new Line(
                Integer.parseInt(line.group(1)),
                name,
                line.group(3),
                CPYTHON_JUMPS_BACK.matcher(name).matches(),
                cpythonMark(name)));
      }
    }
    return new Disassembly("CPython " + version, function, lines);
  }

  private static String operand(CodeAttribute code, Instruction instruction) {
    return switch (instruction) {
      case BranchInstruction branch -> "to " + code.labelToBci(branch.target());
      case ConstantInstruction constant -> String.valueOf(constant.constantValue());
      case InvokeInstruction call ->
          simple(call.owner().asInternalName()) + "." + call.name().stringValue();
      case FieldInstruction field ->
          simple(field.owner().asInternalName()) + "." + field.name().stringValue();
      case LoadInstruction load when !named(instruction) -> Integer.toString(load.slot());
      case StoreInstruction store when !named(instruction) -> Integer.toString(store.slot());
      case IncrementInstruction increment ->
          "%d by %d".formatted(increment.slot(), increment.constant());
      default -> "";
    };
  }

  /** Whether the instruction's name says which variable it is about. */
  private static boolean named(Instruction instruction) {
    return instruction.sizeInBytes() == 1;
  }

  private static String simple(String internalName) {
    return internalName.substring(internalName.lastIndexOf('/') + 1);
  }

  private static String javaMark(Instruction instruction, boolean back) {
    if (back) {
      return "can stop: back edge";
    }
    return switch (instruction) {
      case ReturnInstruction _ -> "can stop: return";
      case InvokeInstruction _ -> "can stop: in the callee";
      default -> "";
    };
  }

  private static String cpythonMark(String name) {
    if (!CPYTHON_STOPS.matcher(name).matches() || name.equals("JUMP_BACKWARD_NO_INTERRUPT")) {
      return "";
    }
    return name.equals("RESUME")
        ? "can stop: entry"
        : name.startsWith("CALL") ? "can stop: after a call" : "can stop: jump back";
  }

  /** How many there are at which the thread can be stopped. */
  int stops() {
    return (int) lines.stream().filter(line -> !line.mark.isEmpty()).count();
  }

  /** Whether no loop can run on without passing such a place: each has one where it jumps back. */
  boolean everyLoopCanStop() {
    return lines.stream().noneMatch(line -> line.jumpsBack && line.mark.isEmpty());
  }

  Listing.Column column() {
    return new Listing.Column(
        "%s: %s".formatted(machine, function),
        lines.stream().map(line -> new Listing.Line(line.text(), line.mark)).toList());
  }

  /** The function of this name among what {@code instructions.py} printed for several. */
  static Optional<Disassembly> ofCpython(String printed, String function) {
    List<String> lines = printed.lines().toList();
    int head = lines.indexOf("function " + function);
    if (head < 0 || !lines.getFirst().startsWith("version ")) {
      return Optional.empty();
    }
    List<String> own =
        lines.stream().skip(head + 1L).takeWhile(line -> !line.startsWith("function ")).toList();
    return Optional.of(ofCpython(lines.getFirst().substring(8), function, own));
  }

  /**
   * One instruction.
   *
   * @param at its offset in the function
   * @param name of the instruction
   * @param operand in words; empty if it has none
   * @param jumpsBack whether it closes a loop
   * @param mark how the machine can stop the thread here; empty if it cannot
   */
  record Line(int at, String name, String operand, boolean jumpsBack, String mark) {
    String text() {
      return "%4d  %s %s".formatted(at, name, operand).stripTrailing();
    }
  }
}

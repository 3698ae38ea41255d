// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites {@code java.lang.VirtualThread.createDefaultScheduler}, so that it returns what stands
 * under a key in the system properties and takes it out of there.
 */
final class Rewriting extends ClassRewriting {
  /*
   * The properties are the bridge because both sides reach them: java.base cannot name a class of
   * ours unless it lies on the boot class path, where every program would find it.
   *
   * What is checked is what the rewriting and DefaultScheduler rely on: how the field gets its value,
   * and that of the pool and of its carriers the class calls nothing but the methods known here. A hash
   * of the class would turn every update of the JDK away.
   */
  static final String CLASS = "java/lang/VirtualThread";
  private static final String FACTORY = "createDefaultScheduler";
  private static final String FIELD = "DEFAULT_SCHEDULER";
  private static final String POOL = "java/util/concurrent/ForkJoinPool";
  private static final String EXECUTOR = "java/util/concurrent/Executor";
  private static final String CARRIER = "jdk/internal/misc/CarrierThread";
  private static final ClassDesc POOL_TYPE = ForkJoinPool.class.describeConstable().orElseThrow();
  private static final ClassDesc SYSTEM = System.class.describeConstable().orElseThrow();
  private static final ClassDesc PROPERTIES = Properties.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc FACTORY_TYPE = MethodTypeDesc.of(POOL_TYPE);

  /** What VirtualThread calls of the classes that stand for its scheduler and carriers. */
  private static final Set<String> KNOWN_CALLS =
      Set.of(
          EXECUTOR + ".execute(Ljava/lang/Runnable;)V",
          POOL
              + ".<init>(ILjava/util/concurrent/ForkJoinPool$ForkJoinWorkerThreadFactory;"
              + "Ljava/lang/Thread$UncaughtExceptionHandler;ZIIILjava/util/function/Predicate;J"
              + "Ljava/util/concurrent/TimeUnit;)V",
          POOL
              + ".externalSubmit(Ljava/util/concurrent/ForkJoinTask;)"
              + "Ljava/util/concurrent/ForkJoinTask;",
          POOL
              + ".lazySubmit(Ljava/util/concurrent/ForkJoinTask;)"
              + "Ljava/util/concurrent/ForkJoinTask;",
          POOL
              + ".schedule(Ljava/lang/Runnable;JLjava/util/concurrent/TimeUnit;)"
              + "Ljava/util/concurrent/ScheduledFuture;",
          CARRIER + ".<init>(Ljava/util/concurrent/ForkJoinPool;)V",
          CARRIER + ".endBlocking()V",
          CARRIER + ".getPool()Ljava/util/concurrent/ForkJoinPool;",
          CARRIER + ".getQueuedTaskCount()I");

  private final String key;

  Rewriting(String key) {
    super(CLASS);
    this.key = key;
  }

  @Override
  byte[] rewrite(ClassFile format, ClassModel model) {
    return format.transformClass(
        model,
        ClassTransform.transformingMethods(
            Rewriting::isFactory,
            (method, element) -> {
              if (!(element instanceof CodeModel)) {
                method.with(element);
                return;
              }
              method.withCode(code ->
                  code.invokestatic(SYSTEM, "getProperties", MethodTypeDesc.of(PROPERTIES))
                      .loadConstant(key)
                      .invokevirtual(
                          PROPERTIES,
                          "remove",
                          MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                      .checkcast(POOL_TYPE)
                      .areturn());
            }));
  }

  private static boolean isFactory(MethodModel method) {
    return method.methodName().equalsString(FACTORY)
        && method.methodTypeSymbol().equals(FACTORY_TYPE);
  }

  @Override
  @Nullable String differenceOf(ClassModel model) {
    if (model.methods().stream()
        .noneMatch(method ->
            isFactory(method)
                && method.flags().has(AccessFlag.STATIC)
                && method.code().isPresent())) {
      return "VirtualThread has no static method " + FACTORY + " that returns a ForkJoinPool";
    }
    if (model.fields().stream()
        .noneMatch(field ->
            field.fieldName().equalsString(FIELD)
                && field.fieldTypeSymbol().equals(POOL_TYPE)
                && field.flags().has(AccessFlag.FINAL))) {
      return "VirtualThread has no final field " + FIELD + " of the type ForkJoinPool";
    }
    Set<String> calls = new TreeSet<>();
    int factoryCalls = 0;
    int fieldWrites = 0;
    for (MethodModel method : model.methods()) {
      CodeElement last = null;
      for (CodeElement element : method.code().map(CodeModel::elementList).orElse(List.of())) {
        if (element instanceof InvokeInstruction invoke) {
          String owner = invoke.owner().asInternalName();
          if (owner.equals(POOL) || owner.equals(EXECUTOR) || owner.equals(CARRIER)) {
            calls.add(owner + "." + invoke.name() + invoke.type().stringValue());
          } else if (owner.equals(CLASS) && invoke.name().equalsString(FACTORY)) {
            factoryCalls++;
          }
        } else if (element instanceof FieldInstruction field
            && field.name().equalsString(FIELD)
            && field.opcode() == Opcode.PUTSTATIC) {
          boolean fromFactory =
              last instanceof InvokeInstruction invoke && invoke.name().equalsString(FACTORY);
          fieldWrites += fromFactory ? 1 : 2;
        }
        if (element instanceof Instruction) {
          last = element;
        }
      }
    }
    if (factoryCalls != 1 || fieldWrites != 1) {
      return "VirtualThread." + FIELD + " does not get its value from " + FACTORY;
    }
    calls.removeAll(KNOWN_CALLS);
    return calls.isEmpty() ? null : "VirtualThread calls what is not known here: " + calls;
  }
}

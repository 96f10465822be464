// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;

/// What users of an API type see – supertypes, and the signatures of public and protected members,
/// type arguments included – names nothing internal.
final class NoInternalTypeInApi extends ArchCondition<JavaClass> {
  NoInternalTypeInApi() {
    super("show no internal type");
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    if (!visibleToUsers(type)) {
      return;
    }
    type.getSuperclass().ifPresent(supertype -> report(type.getName(), supertype, events));
    type.getInterfaces().forEach(supertype -> report(type.getName(), supertype, events));
    for (JavaMember member : type.getMembers()) {
      if (visible(member)) {
        typesIn(member).forEach(seen -> report(member.getFullName(), seen, events));
      }
    }
  }

  private static List<JavaType> typesIn(JavaMember member) {
    List<JavaType> types = new ArrayList<>();
    switch (member) {
      case JavaField field -> types.add(field.getType());
      case JavaCodeUnit code -> {
        types.add(code.getReturnType());
        types.addAll(code.getParameterTypes());
        types.addAll(code.getExceptionTypes());
      }
      default -> throw new IllegalStateException("unknown member " + member);
    }
    return types;
  }

  private static boolean visibleToUsers(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(NoInternalTypeInApi::visibleToUsers).orElse(true);
  }

  private static boolean visible(JavaMember member) {
    return !member.getModifiers().contains(JavaModifier.SYNTHETIC)
        && (member.getModifiers().contains(JavaModifier.PUBLIC)
            || (member.getModifiers().contains(JavaModifier.PROTECTED)
                && !member.getOwner().getModifiers().contains(JavaModifier.FINAL)));
  }

  private static void report(String where, JavaType type, ConditionEvents events) {
    for (JavaClass raw : type.getAllInvolvedRawTypes()) {
      String packageName = raw.getBaseComponentType().getPackageName();
      if (packageName.startsWith("dev.seawall.") && packageName.contains(".internal")) {
        events.add(SimpleConditionEvent.violated(raw, where + " shows " + raw.getName()));
      }
    }
  }
}

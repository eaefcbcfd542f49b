# 自动化决策的人工复核。

rights-review = 人工复核
rights-review-text = 请由有权更改决定的人亲自复核，综合各项因素。请求人会看到您的说明。
rights-review-outcome = 复核结果
rights-review-why = 给请求人的说明
rights-review-hint = 使用了哪些信息、哪些因素起了多大作用、由谁复核、还可以怎样做。请勿使用公式和术语。
rights-outcome-upheld = 维持
rights-outcome-changed = 变更
rights-outcome-annulled = 撤销
rights-outcome-upheld-told = 我们的工作人员已复核该决定，予以维持。
rights-outcome-changed-told = 我们的工作人员已复核该决定，并作出变更。
rights-outcome-annulled-told = 我们的工作人员已复核该决定，并予以撤销。
rights-event-reviewed = 决定已复核
rights-toast-review = 已复核并告知请求人
rights-error-review = 该决定须由人工复核，请使用“人工复核”。
rights-error-no-review = 只有请求人工复核的才需复核，且只能由工作人员进行。
rights-error-outcome = 请选择复核结果。

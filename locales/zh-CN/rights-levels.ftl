# 提供个人信息之前，法律要求对身份确认到何种程度。

rights-degree = 提供信息之前
rights-degree-points = 请求人所填信息须有 { $n } 项与所持有的一致。
rights-degree-declares = 请求人须声明自己就是本人。
rights-degree-account = 已登录账号或经您的团队核验的人无须再证明。
rights-degree-enough = 证明已足够
rights-degree-open = 证明尚不足够
rights-degree-open-text = 在此之前不会制作副本，也不能作为已办理答复。请要求填写下列信息，或以其他方式核验。
rights-degree-stands = 目前有 { $n } 项一致。
rights-degree-over = 不作此要求，继续办理
rights-degree-over-text = 法律留有判断余地：所求内容、信息的敏感程度、弄错的后果。请说明为何较少的证明即已足够；该说明随请求保存。
rights-degree-why = 为何较少的证明即已足够
rights-degree-waived = 已不作此要求
rights-degree-advice = 建议
rights-degree-advice-text = 本请求所依据的另一部法律规定，只有存在合理怀疑时才可要求补充信息，或不得设置不合理条件。因此这里只是建议，不影响办理。
rights-degree-see = 查看还缺什么
rights-error-degree = 提供信息之前，法律要求对身份有更高程度的确认。请见“核验身份”：要求填写信息、核验请求人，或说明为何较少的证明即已足够。
rights-error-degree-none = 本请求适用的法律没有要求更多证明。
rights-proof-doubt = 为何对身份有疑问
rights-proof-doubt-hint = 仅在有合理怀疑时才可要求补充信息，且应适度（{ $cite }）。您的理由将作为备注随请求保存。
rights-error-doubt = 请说明为何对身份有疑问：只有存在理由时才可要求补充信息。
rights-event-degree-waived = 工作人员以少于法律默认要求的证明继续办理
rights-toast-proof-waive = 已记录，可以继续办理。

# 删除计划图。

rights-erasure-picture = 各表如何处理
rights-erasure-picture-label = 个人信息各行之间的关系及其处理方式示意图；下方表格以文字列出同样内容
rights-fate-delete = 删除 { $n }
rights-fate-empty = 清空 { $n }
rights-fate-keep = 保留 { $n }
